import type { Deps } from "../config.ts";
import { useReader } from "../http/reader.tsx";
import type { ApprovalView } from "../model.ts";
import { wantsRefreshToken } from "../rules/scope.ts";
import { longestAccessSeconds } from "./lifetime.ts";
import { inWords } from "./moment.tsx";
import { ServiceName } from "./words.tsx";

/** For how long it has what it is given, by itself or only with the person. */
export const HowLong = ({
  deps: { config },
  view,
  onDevice = false,
}: {
  deps: Deps;
  view: ApprovalView;
  onDevice?: boolean;
}) => {
  const { client, request, resources, languages } = view;
  const service = <ServiceName of={client.metadata} languages={languages} />;
  const access = inWords(longestAccessSeconds(config, request.resources, resources), useReader());
  return (
    <section>
      <h2 class="legend">For how long</h2>
      {wantsRefreshToken(request.scopes, client) ? (
        <p>
          <strong>Also when you are not here.</strong> {service} keeps this access until you revoke it. It ends by itself when
          it is not used for {inWords(config.refreshIdleSeconds, useReader())}, and after{" "}
          {inWords(config.refreshAbsoluteSeconds, useReader())} at the latest.
        </p>
      ) : (
        <p>
          <strong>{onDevice ? "Only for a short time." : "Only while you are here."}</strong> Its access ends {access} after{" "}
          {onDevice ? "the device has got it" : "you return to it"}. For more, {service} must{" "}
          {onDevice ? "show you another code" : "send you here again"}.
        </p>
      )}
    </section>
  );
};
