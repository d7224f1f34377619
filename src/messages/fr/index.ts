import type { Catalogue } from "../translate.ts";
import { account } from "./account.ts";
import { authorizations } from "./authorizations.ts";
import { consent } from "./consent.ts";
import { device } from "./device.ts";
import { directories } from "./directories.ts";
import { emails } from "./emails.ts";
import { frame } from "./frame.ts";
import { front } from "./front.ts";
import { organizations } from "./organizations.ts";
import { security } from "./security.ts";
import { sessions } from "./sessions.ts";
import { signIn } from "./signIn.ts";

export const fr: Catalogue = {
  account,
  authorizations,
  consent,
  device,
  directories,
  emails,
  frame,
  front,
  organizations,
  security,
  sessions,
  signIn,
};
