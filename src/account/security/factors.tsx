import { useReader } from "../../http/reader.tsx";
import type { Factors as Own } from "../../store/factors.ts";
import { AUTHENTICATORS, PASSKEYS, RECOVERY_CODES } from "./visit.ts";

/** Passkeys, apps and recovery codes on Settings → Security: what there is, and where it is changed. */
export const Factors = ({ of: { passkeys, authenticators, recoveryCodesLeft } }: { of: Own }) => {
  const { t } = useReader();
  return (
    <section class="sheet" aria-labelledby="factors">
      <h2 id="factors">{t("security.factors")}</h2>
      <ul class="choices">
        <Kind
          title={t("security.passkeys")}
          about={t("security.passkeys_about")}
          own={passkeys.length === 0 ? t("security.no_passkeys") : t("security.passkeys_count", { count: passkeys.length })}
          names={passkeys.map(({ name }) => name)}
          href={passkeys.length === 0 ? `${PASSKEYS}/new` : PASSKEYS}
          act={passkeys.length === 0 ? t("security.add_passkey") : t("security.manage_passkeys")}
        />
        <Kind
          title={t("security.apps")}
          about={t("security.apps_about")}
          own={authenticators.length === 0 ? t("security.no_apps") : t("security.apps_count", { count: authenticators.length })}
          names={authenticators.map(({ name }) => name)}
          href={authenticators.length === 0 ? `${AUTHENTICATORS}/new` : AUTHENTICATORS}
          act={authenticators.length === 0 ? t("security.add_app") : t("security.manage_apps")}
        />
        {authenticators.length > 0 && (
          <Kind
            title={t("security.recovery_codes")}
            about={t("security.recovery_about")}
            own={t("security.recovery_left", { count: recoveryCodesLeft })}
            names={[]}
            href={RECOVERY_CODES}
            act={t("security.manage_recovery")}
          />
        )}
      </ul>
    </section>
  );
};

const Kind = ({
  title,
  about,
  own,
  names,
  href,
  act,
}: {
  title: string;
  about: string;
  own: string;
  names: readonly string[];
  href: string;
  act: string;
}) => (
  <li class="factor">
    <div>
      <h3>{title}</h3>
      <p class="note">{about}</p>
      <p>{own}</p>
      {names.length > 0 && (
        <ul class="bullets note">
          {names.map((name) => (
            <li>
              <bdi>{name}</bdi>
            </li>
          ))}
        </ul>
      )}
    </div>
    <a class="button quiet" href={href}>
      {act}
    </a>
  </li>
);
