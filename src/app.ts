/** The route table: every URL, with who it speaks to and what answers it. */
import { Hono } from "hono";
import { changeAuthorization, changeAuthorizations } from "./account/authorizations/act.ts";
import { authorizationPage } from "./account/authorizations/detail.tsx";
import { historyCsv, historyJson } from "./account/authorizations/download.ts";
import { authorizationsPage } from "./account/authorizations/list.tsx";
import { createAccountPage, makeAccount } from "./account/byCode/createAccount.tsx";
import { forgotPasswordPage, renewPassword } from "./account/byCode/forgotPassword.tsx";
import { codeSignIn, codeSignInPage } from "./account/byCode/signIn.ts";
import { consent, consentPage } from "./account/consent.tsx";
import { callbackPage } from "./account/developer/callback.tsx";
import { editService, editServicePage } from "./account/developer/edit.tsx";
import { servicesPage } from "./account/developer/list.tsx";
import { overviewPage } from "./account/developer/overview.tsx";
import { changePublisher, publisherPage } from "./account/developer/publisher.tsx";
import { registerService, registerServicePage } from "./account/developer/register.tsx";
import { removeService, removeServicePage } from "./account/developer/remove.tsx";
import { editResource, editResourcePage, registerResource, registerResourcePage } from "./account/developer/resourceEdit.tsx";
import { resourcesPage } from "./account/developer/resourceList.tsx";
import { removeOwnResource, removeResourcePage } from "./account/developer/resourceRemove.tsx";
import { changeSecrets, secretsPage } from "./account/developer/secrets.tsx";
import { changeTry, tryPage } from "./account/developer/try.tsx";
import { devicePage, enterCode } from "./account/device.ts";
import { decideDevice } from "./account/deviceDecision.ts";
import { changeIdentities, identitiesPage } from "./account/directory/identities.tsx";
import { finishWork } from "./account/directory/workCallback.ts";
import { beginWork } from "./account/directory/workSignIn.ts";
import { home } from "./account/home.tsx";
import { initiateLogin } from "./account/initiateLogin.ts";
import { languagePage, setLanguage } from "./account/language.tsx";
import { logo } from "./account/logo.ts";
import { logout } from "./account/logout.tsx";
import { mailboxPage } from "./account/mailbox.tsx";
import { accessPage, changeAccess } from "./account/organizations/access.tsx";
import { invite, join, joinPage } from "./account/organizations/invitation.tsx";
import { organizationsPage } from "./account/organizations/list.tsx";
import { logPage } from "./account/organizations/log.tsx";
import { logAsCsv, logAsJson } from "./account/organizations/logExport.ts";
import { changeRole, membersPage, removeMember, removeMemberPage } from "./account/organizations/members.tsx";
import { overviewPage as organizationOverviewPage } from "./account/organizations/overview.tsx";
import { answerRequest, requestsPage } from "./account/organizations/requests.tsx";
import { changeService, servicesPage as organizationServicesPage } from "./account/organizations/services.tsx";
import { addNewPasskey, newPasskeyPage } from "./account/passkey/newPasskey.tsx";
import { changePasskeys, passkeysPage } from "./account/passkey/passkeys.tsx";
import { passkeySignIn, passkeySignInPage } from "./account/passkey/signIn.tsx";
import { accountPage, changeAccountForm } from "./account/profile/account.tsx";
import { exportData, exportPage } from "./account/profile/data.ts";
import { changeEmailForm, emailPage } from "./account/profile/email.tsx";
import { deleteAccountForm, deletePage } from "./account/profile/end.tsx";
import { changePasswordForm, passwordPage } from "./account/profile/password.tsx";
import { sendReport, showReport } from "./account/report/report.tsx";
import { authenticatorsPage, changeAuthenticators } from "./account/security/authenticators.tsx";
import { eventsPage } from "./account/security/events.tsx";
import { addNewAuthenticator, newAuthenticatorPage } from "./account/security/newAuthenticator.tsx";
import { changeSecurity, securityPage } from "./account/security/overview.tsx";
import { makeRecoveryCodes, recoveryCodesFile, recoveryCodesPage } from "./account/security/recoveryCodes.tsx";
import { secondStep, secondStepPage } from "./account/security/second.ts";
import { signIn, signInPage } from "./account/signIn.tsx";
import { signOut, signOutPage } from "./account/signOut.tsx";
import type { Deps } from "./config.ts";
import { OAuthError } from "./errors.ts";
import { brandLogo } from "./http/brand.ts";
import { allowPreflight, withCors } from "./http/cors.ts";
import { type Endpoint, machine, person } from "./http/respond.ts";
import { siteIcon, styleSheet } from "./http/style.ts";
import { actOnClient, deleteClient, queryClient, queryClients } from "./oauth/admin/clients.ts";
import { deleteDirectory, queryDirectories, queryDirectory, replaceDirectory } from "./oauth/admin/directories.ts";
import {
  createInitialAccessToken,
  deleteInitialAccessToken,
  queryInitialAccessTokens,
} from "./oauth/admin/initialAccessTokens.ts";
import { markReportHandled, queryReports } from "./oauth/admin/reports.ts";
import { deleteResource, queryResource, queryResources, replaceResource } from "./oauth/admin/resources.ts";
import {
  deleteTrustedIssuer,
  queryTrustedIssuer,
  queryTrustedIssuers,
  replaceTrustedIssuer,
} from "./oauth/admin/trustedIssuers.ts";
import { browserFlow } from "./oauth/authorizationResponse.ts";
import { authorize } from "./oauth/authorize.ts";
import { authorizeDevice } from "./oauth/deviceAuthorization.ts";
import { queryGrant, revokeGrant } from "./oauth/grantManagement.ts";
import { introspect } from "./oauth/introspect.ts";
import { jwks, metadata } from "./oauth/metadata.ts";
import { pushRequest } from "./oauth/pushedRequest.ts";
import { registerClient } from "./oauth/register.ts";
import { endRegistration, readRegistration, replaceRegistration } from "./oauth/registrationManagement.ts";
import { revoke } from "./oauth/revoke.ts";
import { withDpopNonce } from "./oauth/senderConstraint.ts";
import { token } from "./oauth/token.ts";
import { userinfo } from "./oauth/userinfo.ts";

/**
 * `person` answers with pages, `browser flow` with pages or with an authorization response, `machine` with JSON, `browser
 * client` with JSON that scripts of any origin may read.
 */
type Audience = "person" | "browser flow" | "machine" | "browser client";
type Methods = Readonly<Partial<Record<"GET" | "POST" | "PUT" | "DELETE", Endpoint>>>;

const routes: readonly (readonly [path: string, audience: Audience, methods: Methods])[] = [
  ["/.well-known/oauth-authorization-server", "browser client", { GET: metadata }],
  ["/.well-known/openid-configuration", "browser client", { GET: metadata }],
  ["/jwks", "browser client", { GET: jwks }],
  ["/register", "browser client", { POST: registerClient }],
  ["/register/:client_id", "browser client", { GET: readRegistration, PUT: replaceRegistration, DELETE: endRegistration }],
  ["/par", "browser client", { POST: pushRequest }],
  ["/device_authorization", "browser client", { POST: authorizeDevice }],
  ["/token", "browser client", { POST: token }],
  ["/revoke", "browser client", { POST: revoke }],
  ["/userinfo", "browser client", { GET: userinfo, POST: userinfo }],
  ["/introspect", "machine", { POST: introspect }],
  ["/grants/:grant_id", "browser client", { GET: queryGrant, DELETE: revokeGrant }],

  ["/admin/resources", "machine", { GET: queryResources }],
  ["/admin/resources/:identifier", "machine", { GET: queryResource, PUT: replaceResource, DELETE: deleteResource }],
  ["/admin/trusted-issuers", "machine", { GET: queryTrustedIssuers }],
  [
    "/admin/trusted-issuers/:issuer",
    "machine",
    { GET: queryTrustedIssuer, PUT: replaceTrustedIssuer, DELETE: deleteTrustedIssuer },
  ],
  ["/admin/directories", "machine", { GET: queryDirectories }],
  ["/admin/directories/:id", "machine", { GET: queryDirectory, PUT: replaceDirectory, DELETE: deleteDirectory }],
  ["/admin/initial-access-tokens", "machine", { GET: queryInitialAccessTokens, POST: createInitialAccessToken }],
  ["/admin/initial-access-tokens/:id", "machine", { DELETE: deleteInitialAccessToken }],
  ["/admin/reports", "machine", { GET: queryReports }],
  ["/admin/reports/:id/handled", "machine", { POST: markReportHandled }],
  ["/admin/clients", "machine", { GET: queryClients }],
  ["/admin/clients/:client_id", "machine", { GET: queryClient, DELETE: deleteClient }],
  ["/admin/clients/:client_id/:act", "machine", { POST: actOnClient }],

  ["/authorize", "browser flow", { GET: authorize(consentPage), POST: authorize(consentPage) }],
  ["/sign-in", "person", { GET: signInPage, POST: signIn }],
  ["/sign-in/work/:directory_id", "person", { GET: beginWork }],
  ["/sign-in/work/:directory_id/callback", "person", { GET: finishWork }],
  ["/settings/account/identities", "person", { GET: identitiesPage, POST: changeIdentities }],
  ["/sign-in/passkey", "person", { GET: passkeySignInPage, POST: passkeySignIn }],
  ["/sign-in/second", "person", { GET: secondStepPage, POST: secondStep }],
  ["/sign-in/code", "person", { GET: codeSignInPage, POST: codeSignIn }],
  ["/create-account", "person", { GET: createAccountPage, POST: makeAccount }],
  ["/forgot-password", "person", { GET: forgotPasswordPage, POST: renewPassword }],
  ["/sign-out", "person", { GET: signOutPage, POST: signOut }],
  ["/logout", "person", { GET: logout, POST: logout }],
  ["/initiate-login", "person", { GET: initiateLogin }],
  ["/consent", "person", { POST: consent }],
  ["/report/:client_id", "person", { GET: showReport, POST: sendReport }],
  ["/device", "person", { GET: devicePage, POST: enterCode }],
  ["/device/decision", "person", { POST: decideDevice }],
  ["/settings/authorizations", "person", { GET: authorizationsPage, POST: changeAuthorizations }],
  ["/settings/authorizations/:grant_id", "person", { GET: authorizationPage, POST: changeAuthorization }],
  ["/settings/authorizations/:grant_id/history.csv", "person", { GET: historyCsv }],
  ["/settings/authorizations/:grant_id/history.json", "person", { GET: historyJson }],
  ["/settings/organizations", "person", { GET: organizationsPage }],
  ["/settings/organizations/:name", "person", { GET: organizationOverviewPage }],
  ["/settings/organizations/:name/members", "person", { GET: membersPage, POST: changeRole }],
  ["/settings/organizations/:name/remove/:user_id", "person", { GET: removeMemberPage, POST: removeMember }],
  ["/settings/organizations/:name/invitations", "person", { POST: invite }],
  ["/settings/organizations/:name/access", "person", { GET: accessPage, POST: changeAccess }],
  ["/settings/organizations/:name/services", "person", { GET: organizationServicesPage, POST: changeService }],
  ["/settings/organizations/:name/requests", "person", { GET: requestsPage, POST: answerRequest }],
  ["/settings/organizations/:name/log", "person", { GET: logPage }],
  ["/settings/organizations/:name/log.csv", "person", { GET: logAsCsv }],
  ["/settings/organizations/:name/log.json", "person", { GET: logAsJson }],
  ["/settings/organizations/join/:invitation", "person", { GET: joinPage, POST: join }],
  ["/settings/security", "person", { GET: securityPage, POST: changeSecurity }],
  ["/settings/security/events", "person", { GET: eventsPage }],
  ["/settings/security/passkeys", "person", { GET: passkeysPage, POST: changePasskeys }],
  ["/settings/security/passkeys/new", "person", { GET: newPasskeyPage, POST: addNewPasskey }],
  ["/settings/security/authenticators", "person", { GET: authenticatorsPage, POST: changeAuthenticators }],
  ["/settings/security/authenticators/new", "person", { GET: newAuthenticatorPage, POST: addNewAuthenticator }],
  ["/settings/security/recovery-codes", "person", { GET: recoveryCodesPage, POST: makeRecoveryCodes }],
  ["/settings/security/recovery-codes/file", "person", { POST: recoveryCodesFile }],
  ["/settings/account", "person", { GET: accountPage, POST: changeAccountForm }],
  ["/settings/account/email", "person", { GET: emailPage, POST: changeEmailForm }],
  ["/settings/account/password", "person", { GET: passwordPage, POST: changePasswordForm }],
  ["/settings/account/export", "person", { GET: exportPage, POST: exportData }],
  ["/settings/account/delete", "person", { GET: deletePage, POST: deleteAccountForm }],
  ["/settings/developer", "person", { GET: servicesPage }],
  ["/settings/developer/new", "person", { GET: registerServicePage, POST: registerService }],
  ["/settings/developer/callback", "person", { GET: callbackPage }],
  ["/settings/developer/resources", "person", { GET: resourcesPage }],
  ["/settings/developer/resources/new", "person", { GET: registerResourcePage, POST: registerResource }],
  ["/settings/developer/resources/:identifier", "person", { GET: editResourcePage, POST: editResource }],
  ["/settings/developer/resources/:identifier/delete", "person", { GET: removeResourcePage, POST: removeOwnResource }],
  ["/settings/developer/:client_id", "person", { GET: overviewPage }],
  ["/settings/developer/:client_id/edit", "person", { GET: editServicePage, POST: editService }],
  ["/settings/developer/:client_id/secrets", "person", { GET: secretsPage, POST: changeSecrets }],
  ["/settings/developer/:client_id/publisher", "person", { GET: publisherPage, POST: changePublisher }],
  ["/settings/developer/:client_id/try", "person", { GET: tryPage, POST: changeTry }],
  ["/settings/developer/:client_id/delete", "person", { GET: removeServicePage, POST: removeService }],

  ["/mailbox", "person", { GET: mailboxPage }],
  ["/", "person", { GET: home }],
  ["/language", "person", { GET: languagePage, POST: setLanguage }],
  ["/brand", "person", { GET: brandLogo }],
  ["/logos/:client_id", "person", { GET: logo }],
  ["/style.css", "person", { GET: styleSheet }],
  ["/icon.svg", "person", { GET: siteIcon }],
];

/** How an endpoint is wrapped for its audience. */
const edges: Readonly<Record<Audience, (endpoint: Endpoint) => Endpoint>> = {
  person,
  machine: (endpoint) => withDpopNonce(machine(endpoint)),
  "browser flow": browserFlow,
  "browser client": (endpoint) => withCors(withDpopNonce(machine(endpoint))),
};

const refuseMethod = (methods: Methods): Endpoint => {
  const allow = Object.keys(methods)
    .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]))
    .join(", ");
  return async () => {
    throw new OAuthError("method_not_allowed", `This address answers to ${allow} only.`, { headers: { Allow: allow } });
  };
};

const nothingHere: Endpoint = async () => {
  throw new OAuthError("not_found", "There is no page at this address.");
};

const app = new Hono<{ Bindings: Deps }>();
for (const [path, audience, methods] of routes) {
  const edge = edges[audience];
  for (const [method, endpoint] of Object.entries(methods)) {
    const answer = edge(endpoint);
    app.on(method, path, (context) => answer(context.req.raw, context.env));
  }
  if (audience === "browser client") app.options(path, () => allowPreflight(Object.keys(methods)));
  const refuse = edge(refuseMethod(methods));
  app.all(path, (context) => refuse(context.req.raw, context.env));
}
app.notFound((context) => person(nothingHere)(context.req.raw, context.env));

/** Answers one request. Whatever goes wrong is an answer too: this does not throw. */
export const handle = async (request: Request, deps: Deps): Promise<Response> => app.fetch(request, deps);
