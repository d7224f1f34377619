import { returnPlace } from "../rules/returnPlace.ts";
import type { WayOut } from "./errorPage.tsx";
import { formTargets } from "./page.tsx";
import { T } from "./reader.tsx";

/**
 * The way to a service with the answer to its faulty request, for the person to take or to leave.
 * @param location where a link brings the answer; undefined where it goes by a form
 */
export const wayToService = (
  redirectUri: string,
  parameters: Readonly<Record<string, string>>,
  location: string | undefined,
): WayOut => {
  const { name } = returnPlace(redirectUri);
  return {
    formAction: location === undefined ? formTargets(redirectUri) : [],
    content: (
      <div class="notice warn">
        <p>
          <T k="front.unchecked_service" with={{ host: <strong dir="ltr">{name}</strong> }} />
        </p>
        {location === undefined ? (
          <form method="post" action={redirectUri}>
            {Object.entries(parameters).map(([key, value]) => (
              <input type="hidden" name={key} value={value} />
            ))}
            <button type="submit" class="quiet">
              <T k="front.back_to" with={{ host: <bdi dir="ltr">{name}</bdi> }} />
            </button>
          </form>
        ) : (
          <p>
            <a href={location} rel="noreferrer">
              <T k="front.back_to" with={{ host: <bdi dir="ltr">{name}</bdi> }} />
            </a>
          </p>
        )}
      </div>
    ),
  };
};
