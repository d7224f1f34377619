import type { Child } from "hono/jsx";
import { useReader } from "../../http/reader.tsx";
import type { MadeOffer } from "./offer.ts";
import { PASSKEY_SCRIPT } from "./script.ts";

export { PASSKEY_SCRIPT_HASH } from "./script.ts";

/**
 * The form that the script fills: one on a page, whose options name `PASSKEY_SCRIPT_HASH` as their script. It stays hidden where
 * there are no passkeys.
 */
export const PasskeyForm = ({
  offer,
  action,
  mode,
  conditional = false,
  words,
  children,
}: {
  offer: MadeOffer;
  action: string;
  mode: "create" | "get";
  /** Whether passkeys are offered at the page's field for addresses as well (`autocomplete="username webauthn"`). */
  conditional?: boolean;
  words: { readonly stopped: string; readonly failed: string; readonly known?: string };
  /** Hidden fields, and the button. */
  children?: Child;
}) => (
  <>
    <form
      method="post"
      action={action}
      id="passkey"
      class="stack"
      hidden
      data-mode={mode}
      data-options={JSON.stringify(offer.options)}
      data-conditional={conditional ? "true" : undefined}
      data-stopped={words.stopped}
      data-failed={words.failed}
      data-known={words.known ?? words.failed}
    >
      <input type="hidden" name="offer" value={offer.sealed} />
      <input type="hidden" name="credential" value="" />
      <p class="notice bad" role="alert" hidden />
      {children}
    </form>
    <script dangerouslySetInnerHTML={{ __html: PASSKEY_SCRIPT }} />
  </>
);

/** "Sign in with a passkey", for the sign-in page. @param hidden fields: `csrf`, and where the person goes on to */
export const PasskeyButton = ({
  offer,
  hidden,
  conditional = false,
}: {
  offer: MadeOffer;
  hidden: Readonly<Record<string, string>>;
  conditional?: boolean;
}) => {
  const { t } = useReader();
  const words = { stopped: t("security.passkey_sign_in_stopped"), failed: t("security.passkey_sign_in_failed") };
  return (
    <PasskeyForm offer={offer} action="/sign-in/passkey" mode="get" conditional={conditional} words={words}>
      {Object.entries(hidden).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class="quiet full">
        {t("security.sign_in_passkey")}
      </button>
    </PasskeyForm>
  );
};
