import type { Deps } from "../config.ts";
import { page } from "../http/page.tsx";
import { useReader } from "../http/reader.tsx";
import type { ApprovalView, Whereabouts } from "../model.ts";
import { type Distance, distanceOf, placeWords } from "../rules/place.ts";
import { showUserCode } from "../rules/userCode.ts";
import type { DeviceCode } from "../store/deviceCodes.ts";
import { About, PublisherLine } from "./about.tsx";
import type { ApprovalProblem } from "./answer.ts";
import { Permissions } from "./consentPermissions.tsx";
import { Reach } from "./consentReach.tsx";
import { Warnings } from "./consentWarnings.tsx";
import { Decision, Problem } from "./decision.tsx";
import { DetailChoices } from "./details.tsx";
import { HowLong } from "./howLong.tsx";
import { Ago, Day } from "./moment.tsx";
import { Logo } from "./name.tsx";
import type { Ticks } from "./ticks.ts";
import { ServiceName, serviceName } from "./words.tsx";

interface ApprovalForm {
  readonly device: DeviceCode;
  /** Where this browser is. */
  readonly here: Whereabouts;
  readonly sealed: string;
  readonly csrf: string;
  readonly refused: { readonly problem: ApprovalProblem; readonly ticks: Ticks } | undefined;
}

/**
 * The page on which a person decides about a device: as that for a service in the browser, and before anything else which device it
 * is, since whoever got them to type a code of their own would get into their account (RFC 8628 section 5.4).
 */
export function deviceApprovalPage(deps: Deps, view: ApprovalView, form: ApprovalForm): Response {
  const { client, user, grant, languages } = view;
  const { problem, ticks } = form.refused ?? {};
  const name = serviceName(client.metadata, languages).text;
  const title = "Access for a device";
  return page(
    deps,
    { title: problem ? `Error: ${title}` : title, user, status: problem ? 400 : 200, wide: true },
    <div class="consent">
      <section class="sheet">
        <header class="asker">
          <Logo of={client} name={name} />
          <div>
            <h1>
              <ServiceName of={client.metadata} languages={languages} /> on a device asks to act in your name
            </h1>
            <PublisherLine client={client} />
          </div>
        </header>
        <TheDevice deps={deps} form={form} />
        <Warnings view={view} place={null} />
        <Problem of={problem} />
        <form method="post" action="/device/decision" class="permissions">
          <input type="hidden" name="csrf" value={form.csrf} />
          <input type="hidden" name="continue" value={form.sealed} />
          {grant && (
            <p class="note">
              You approved this service before, on <Day at={grant.consentedAt} />. What it asks for the first time is marked as
              new.
            </p>
          )}
          <Permissions view={view} ticks={ticks} />
          <DetailChoices
            asked={view.request.authorizationDetails}
            grant={grant}
            resources={view.resources}
            ticked={ticks?.details}
            languages={languages}
          />
          <Reach view={view} ticks={ticks} />
          <HowLong deps={deps} view={view} onDevice />
          <Decision user={user} sealed={form.sealed}>
            Either way you can then go back to the device. If you deny, it learns that you denied and nothing else.
          </Decision>
        </form>
      </section>
      <aside>
        <About client={client} place={null} />
        <section>
          <h2>Is this page ours?</h2>
          <p>
            The address bar of your browser must begin with <strong>{deps.config.issuer}</strong>. No service and no device
            needs your password: type it here and nowhere else.
          </p>
        </section>
        <section>
          <h2>Change your mind later</h2>
          <p>
            The device is listed under <a href="/settings/authorizations">Authorizations</a>. You can end its access there at
            any time, alone or with all others of this service.
          </p>
        </section>
      </aside>
    </div>,
  );
}

/** Which device it is, as far as we can tell, and the code to compare. */
const TheDevice = ({ deps, form: { device, here } }: { deps: Deps; form: ApprovalForm }) => {
  const { whereabouts } = device.request;
  const place = placeWords(whereabouts, useReader());
  const distance = distanceOf(whereabouts, here);
  return (
    <section class="device" aria-label="The device">
      <p class="user-code shown">
        <span class="unseen">Code: </span>
        {showUserCode(device.userCode)}
      </p>
      <dl class="facts across">
        <div>
          <dt>Device</dt>
          <dd>{device.request.device}</dd>
        </div>
        <div>
          <dt>Where it is</dt>
          <dd>{place === null ? "Not known" : <bdi>{place}</bdi>}</dd>
        </div>
        <div>
          <dt>Asked</dt>
          <dd>
            <Ago at={device.createdAt} now={deps.now()} />
          </dd>
        </div>
      </dl>
      <Far distance={distance} device={place} here={placeWords(here, useReader())} />
      <p class="notice warn">
        <strong>Go on only if the device is in front of you and shows this code.</strong> If somebody sent you the code or the
        link to this page, deny it: they would get into your account, wherever they are.
      </p>
    </section>
  );
};

/** Said where the device seems not to be where the browser is. */
const Far = ({ distance, device, here }: { distance: Distance; device: string | null; here: string | null }) => {
  switch (distance) {
    case "other_country":
      return (
        <p class="notice bad">
          <strong>This device seems to be far from you.</strong> It asked from <bdi>{device}</bdi>, and you are in{" "}
          <bdi>{here}</bdi>.
        </p>
      );
    case "other_network":
      return (
        <p class="note">
          It is on another network than this browser. That is usual if you use mobile data here; if not, look twice.
        </p>
      );
    case "same_network":
      return <p class="note">It is on the same network as this browser.</p>;
    case "unknown":
      return null;
  }
};
