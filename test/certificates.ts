/** Client certificates as Cloudflare hands them on, made with openssl; nobody has the private keys any more. */

/** Signed by an authority: C=SE, O=Northstar Tools, CN=buildboard, with a name of each kind beside it. */
export const BUILDBOARD =
  "MIICJzCCAc2gAwIBAgIUbl7SA6QTkF3M7dnAwCfLfsfuy7UwCgYIKoZIzj0EAwIwOTELMAkGA1UEBhMCU0UxEDAOBgNVBAoMB0NvbnRvc28xGDAWBgNVBAMMD0NvbnRvc28gVGVzdCBDQTAgFw0yNjExMjQxNDA1MjBaGA8yMTI2MTAzMTE0MDUyMFowPDELMAkGA1UEBhMCU0UxGDAWBgNVBAoMD05vcnRoc3RhciBUb29sczETMBEGA1UEAwwKYnVpbGRib2FyZDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAlC3tF9DStlxD8PZFoin1+sqD9DvOe3Wo0hoUWt/3k4iFG4uT4kYHIgZwxcXADwfcnpB9FMDytGszrTafTDkNejga0wgaowaAYDVR0RBGEwX4IZY2xpZW50LmJ1aWxkYm9hcmQuZXhhbXBsZYYhaHR0cHM6Ly9idWlsZGJvYXJkLmV4YW1wbGUvY2xpZW50hwTAAAIHgRljbGllbnRAYnVpbGRib2FyZC5leGFtcGxlMB0GA1UdDgQWBBTY7HN6jSwIdndxfoV4QCiK/v4SVDAfBgNVHSMEGDAWgBQAkrcgh/qMlriDvrD7uXOH93cwYTAKBggqhkjOPQQDAgNIADBFAiAtoB/T/tE4rSJh1IGc4lTurj9xM40VeYO1wOtE0QTFjQIhAIpajsF1S6tsLzhBIpvlgoRkeLrawnPQEIt+ukWoU7YX";

/** Signed by the same authority: C=SE, O=Northstar Tools, CN=somebody-else. */
export const SOMEBODY_ELSE =
  "MIIB2DCCAX6gAwIBAgIUbl7SA6QTkF3M7dnAwCfLfsfuy7YwCgYIKoZIzj0EAwIwOTELMAkGA1UEBhMCU0UxEDAOBgNVBAoMB0NvbnRvc28xGDAWBgNVBAMMD0NvbnRvc28gVGVzdCBDQTAgFw0yNjExMjQxNDA1MjBaGA8yMTI2MTAzMTE0MDUyMFowPzELMAkGA1UEBhMCU0UxGDAWBgNVBAoMD05vcnRoc3RhciBUb29sczEWMBQGA1UEAwwNc29tZWJvZHktZWxzZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJ9VqEMuE0jiOvW44TvGj8VZxL3ONlb04zFjL5voTR3x8bldCfcA/XKMZU+90wH2N2lWKQCW1qTpU1cvC92upZejXDBaMBgGA1UdEQQRMA+CDW90aGVyLmV4YW1wbGUwHQYDVR0OBBYEFKDtxg4x8bodvtB3F49X75sPoXXLMB8GA1UdIwQYMBaAFACStyCH+oyWuIO+sPu5c4f3dzBhMAoGCCqGSM49BAMCA0gAMEUCIFUGPrT2vpTxtKFFMUCMYyeIpvSmb+hWotqz9JKTdgbyAiEAjFz/+QrKelVxdJJQYs++qxp4ZW60kvHi4ALPZMHb8J8=";

/** Signed by itself: CN=self-signed. */
export const SELF_SIGNED =
  "MIIBgzCCASmgAwIBAgIUKk2f7Hnq7xwuUqaJkjLSdX9ju9cwCgYIKoZIzj0EAwIwFjEUMBIGA1UEAwwLc2VsZi1zaWduZWQwIBcNMjYxMTI0MTQwNTIwWhgPMjEyNjEwMzExNDA1MjBaMBYxFDASBgNVBAMMC3NlbGYtc2lnbmVkMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmqJJIH5A/eVre5hZxEilW6i5t13F1EszNKcGEDH8J3TFMsh+VzLUbQA3uG2snaNbWV0qEOx7OtOxW/tthoJDvaNTMFEwHQYDVR0OBBYEFHXrxao+U/GsVWAXCIhLo+C44X1YMB8GA1UdIwQYMBaAFHXrxao+U/GsVWAXCIhLo+C44X1YMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgb/JtjKKTcY1E1q0ymVRh5hvUmcN81wjNGoivBjhPiM4CIQDUEMk9M5UfPaNjCo65GdydDKjgyYSPAW3HsWEVOMyAiw==";

/** What a request over mutual TLS bears (`request.cf`); the certificate in base64, as RFC 9440 writes it between colons. */
export const cfOf = (certificate: string, changes: Readonly<Record<string, unknown>> = {}) => ({
  tlsClientAuth: {
    certPresented: "1",
    certVerified: certificate === SELF_SIGNED ? "FAILED:self signed certificate" : "SUCCESS",
    certRevoked: "0",
    certRFC9440: `:${certificate}:`,
    certRFC9440TooLarge: false,
    ...changes,
  },
});
