import type { Config } from "../config.ts";
import { formTargets } from "../http/page.tsx";
import { T } from "../http/reader.tsx";
import { returnPlace } from "../rules/returnPlace.ts";
import { type Going, goingTargets } from "./going.ts";
import { Logo, Name } from "./name.tsx";
import type { Arrival } from "./started.ts";

const sentences = {
  sign_in: { site: "signIn.from_site", device: "signIn.from_device" },
  confirm: { site: "signIn.confirm_from_site", device: "signIn.from_device" },
  choose: { site: "signIn.choose_from_site", device: "signIn.choose_from_device" },
} as const;

/** Which service sent the person here, and from where. */
export const SentBy = ({ started, to }: { started: Arrival; to: keyof typeof sentences }) => {
  const { client_name: name } = started.client.metadata;
  const service = (
    <strong>
      <Name of={name} />
    </strong>
  );
  const { interaction } = started;
  return (
    <div class="service">
      <Logo of={started.client} name={name} />
      <p>
        {interaction === null ? (
          <T k={sentences[to].device} with={{ service }} />
        ) : (
          <T k={sentences[to].site} with={{ service, host: <bdi>{returnPlace(interaction.request.redirectUri).name}</bdi> }} />
        )}
      </p>
    </div>
  );
};

/**
 * Where the redirects that follow a form of a sign-in may end: at the service, when nothing more needs to be asked, or at a directory,
 * which may be anywhere on the web, and during development on the person's own machine.
 */
export const signInTargets = (config: Pick<Config, "secure">, going: Going): readonly string[] => [
  ...new Set([...goingTargets(going), ...(config.secure ? ["https:"] : formTargets("http://localhost"))]),
];
