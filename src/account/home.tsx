import { page } from "../http/page.tsx";
import { readerOf, T } from "../http/reader.tsx";
import type { Endpoint } from "../http/respond.ts";
import { findSignedIn } from "../http/session.ts";

/** GET /: what this is, and where to go from here. */
export const home: Endpoint = async (request, deps) => {
  const user = (await findSignedIn(request, deps))?.user;
  const { operator, issuer } = deps.config;
  const reader = readerOf(request, deps.config, user);
  const { t } = reader;
  return page(
    deps,
    { title: t("front.title"), reader, user, wide: true },
    <>
      <section class="hero">
        <div>
          <h1>{t("front.heading")}</h1>
          <p class="lead">{t("front.lead")}</p>
          {user ? (
            <>
              <p>
                <T
                  k="front.signed_in_as"
                  with={{
                    name: (
                      <strong>
                        <bdi>{user.name}</bdi>
                      </strong>
                    ),
                  }}
                />
              </p>
              <p class="row">
                <a class="button" href="/settings/authorizations">
                  {t("front.see_approved")}
                </a>
                <a class="button quiet" href="/sign-out">
                  {t("frame.sign_out")}
                </a>
              </p>
            </>
          ) : (
            <p class="row">
              <a class="button" href="/sign-in">
                {t("front.sign_in")}
              </a>
            </p>
          )}
        </div>
        <Slip />
      </section>
      <ol class="steps">
        <li>
          <h2>{t("front.step_asks")}</h2>
          <p>{t("front.step_asks_text")}</p>
        </li>
        <li>
          <h2>{t("front.step_sign")}</h2>
          <p>{t("front.step_sign_text")}</p>
        </li>
        <li>
          <h2>{t("front.step_charge")}</h2>
          <p>{t("front.step_charge_text")}</p>
        </li>
      </ol>
      <section class="developers">
        <h2>{t("front.for_developers")}</h2>
        <p>
          <T
            k="front.for_developers_text"
            with={{
              operator: <bdi>{operator}</bdi>,
              issuer: <code dir="ltr">{issuer}</code>,
              document: <a href="/.well-known/openid-configuration">{t("front.discovery_document")}</a>,
            }}
          />
        </p>
      </section>
    </>,
  );
};

/** A paper with two signatures: theirs, and yours. */
const Slip = () => (
  <div class="sheet slip">
    <svg viewBox="0 0 280 190" aria-hidden="true">
      <path d="M3 8 H150 M3 34 H245 M3 54 H222 M3 74 H236" />
      <path class="line" d="M0 168 H128 M152 168 H280" />
      <path
        class="first"
        d="M8 158 C22 128 34 118 38 126 C42 136 22 160 30 162 C40 164 50 138 58 140 C64 142 54 160 62 160 C72 160 76 142 84 144 C90 146 84 160 94 158 C102 156 106 150 118 152"
      />
      <path
        class="second"
        d="M158 150 C170 118 188 100 192 112 C196 126 168 158 180 162 C192 164 200 130 212 134 C222 138 206 160 218 160 C232 160 240 134 274 128 M176 140 H236"
      />
    </svg>
  </div>
);
