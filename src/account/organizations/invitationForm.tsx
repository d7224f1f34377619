import { useReader } from "../../http/reader.tsx";
import { organizationPath } from "./paths.ts";

/** By which an owner asks somebody to join. */
export const InvitationForm = ({
  place,
  csrf,
  typed = "",
  isWrong = false,
}: {
  place: string;
  csrf: string;
  typed?: string;
  isWrong?: boolean;
}) => {
  const { t } = useReader();
  return (
    <form method="post" action={organizationPath(place, "invitations")} class="sheet column">
      <h2>{t("organizations.invite")}</h2>
      <p class="hint" id="invite-hint">
        {t("organizations.invite_hint")}
      </p>
      <input type="hidden" name="csrf" value={csrf} />
      <div class="field">
        <label for="email">{t("organizations.address")}</label>
        <input
          type="email"
          id="email"
          name="email"
          value={typed}
          required
          dir="ltr"
          autocomplete="off"
          aria-invalid={isWrong ? "true" : undefined}
          aria-describedby={isWrong ? "invite-problem invite-hint" : "invite-hint"}
        />
        {isWrong && (
          <p class="problems" id="invite-problem">
            {t("organizations.address_wrong")}
          </p>
        )}
      </div>
      <button type="submit">{t("organizations.send_invitation")}</button>
    </form>
  );
};
