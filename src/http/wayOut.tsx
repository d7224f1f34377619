import { returnPlace } from "../rules/returnPlace.ts";
import { formTargets, type WayOut } from "./page.tsx";

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
          Nobody has checked the service at <strong>{name}</strong>. Go there only if that is where you came from.
        </p>
        {location === undefined ? (
          <form method="post" action={redirectUri}>
            {Object.entries(parameters).map(([key, value]) => (
              <input type="hidden" name={key} value={value} />
            ))}
            <button type="submit" class="quiet">
              Go back to {name}
            </button>
          </form>
        ) : (
          <p>
            <a href={location} rel="noreferrer">
              Go back to {name}
            </a>
          </p>
        )}
      </div>
    ),
  };
};
