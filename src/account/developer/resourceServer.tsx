import type { Deps } from "../../config.ts";
import type { Resource } from "../../model.ts";

/** What the server of an API has to know to check the tokens that it is sent. */
export const ForYourServer = ({ resource: { identifier, scopes }, deps }: { resource: Resource; deps: Deps }) => (
  <section class="sheet">
    <h2>For your server</h2>
    <p>
      It is sent access tokens as JWTs (RFC 9068), and takes those alone that this server signed for it, with the permission
      that the request needs:
    </p>
    <dl class="facts">
      <div>
        <dt>iss</dt>
        <dd>
          <code>{deps.config.issuer}</code>
        </dd>
      </div>
      <div>
        <dt>aud</dt>
        <dd>
          <code>{identifier}</code>
        </dd>
      </div>
      <div>
        <dt>scope, with spaces between them</dt>
        <dd>
          {scopes.length === 0 ? "It has no permissions yet." : scopes.map(({ name }) => <code class="line">{name}</code>)}
        </dd>
      </div>
      <div>
        <dt>Keys</dt>
        <dd>
          <code>{deps.config.issuer}/jwks</code>
        </dd>
      </div>
    </dl>
    <p class="note">
      In JavaScript, <code>countersign/verify</code> does all of this, and looks up revocations too.
    </p>
  </section>
);
