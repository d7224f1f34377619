/** What the settings page says of a service that a directory let in, without the person being asked. */
import type { ListedAuthorization } from "../store/authorizations.ts";
import { Name } from "./name.tsx";

/** At whose word it came; nothing for what the person approved. */
export const AuthorityLine = ({ of: { authority, organizations, reach } }: { of: ListedAuthorization }) => {
  if (authority === null) return null;
  const organization = reach.find(({ organizationId }) => organizations?.includes(organizationId));
  return (
    <p class="note">
      Let in by{" "}
      {organization !== undefined && (
        <>
          the directory of <Name of={organization.displayName} />,{" "}
        </>
      )}
      <code>{hostOf(authority)}</code>. You were not asked.
    </p>
  );
};

/** What revoking does, and what it takes to undo it. */
export const EndNote = ({ of: { authority } }: { of: Pick<ListedAuthorization, "authority"> }) => (
  <p class="note">
    {authority === null
      ? "Ends it on every device. To use the service again, you approve it again."
      : "Ends it now. Who let the service in can do so again: ask them, if it should stay out."}
  </p>
);

/** Registered as a URL (scripts/seedTrust.ts); whatever else it were would be shown as it is. */
const hostOf = (issuer: string): string => (URL.canParse(issuer) ? new URL(issuer).host : issuer);
