/** What Contoso DevOps holds when it starts. Times are minutes before that, so that the sample is never out of date. */

export interface Commit {
  readonly id: string;
  readonly message: string;
  readonly author: string;
  readonly minutesAgo: number;
}

export interface SourceFile {
  readonly path: string;
  readonly content: string;
}

export interface Repository {
  readonly name: string;
  readonly description: string;
  readonly language: string;
  readonly commits: readonly Commit[];
  readonly files: readonly SourceFile[];
}

/** `outcome` is what the build ends with; until `minutesAgo` is past `durationSeconds` it runs. */
export interface Build {
  readonly number: number;
  readonly pipeline: string;
  readonly repository: string;
  readonly branch: string;
  readonly commit: string;
  readonly reason: "push" | "pull request" | "schedule" | "manual";
  readonly requestedBy: string;
  readonly minutesAgo: number;
  readonly durationSeconds: number;
  readonly outcome: "succeeded" | "failed" | "canceled";
  /** Of a build that fails: the step it stops at. */
  readonly failedStep?: string;
}

export const workItemStates = ["new", "active", "resolved", "closed"] as const;
export type WorkItemState = (typeof workItemStates)[number];

export const workItemTypes = ["bug", "feature", "task"] as const;
export type WorkItemType = (typeof workItemTypes)[number];

export interface WorkItem {
  readonly id: number;
  readonly type: WorkItemType;
  readonly title: string;
  readonly state: WorkItemState;
  readonly assignedTo: string | null;
  readonly minutesAgo: number;
}

export interface Organization {
  readonly name: string;
  readonly displayName: string;
  readonly repositories: readonly Repository[];
  readonly builds: readonly Build[];
  readonly workItems: readonly WorkItem[];
}

const HOUR = 60;
const DAY = 24 * HOUR;

const contoso: Organization = {
  name: "contoso",
  displayName: "Contoso Outdoor",
  repositories: [
    {
      name: "storefront",
      description: "The web shop: catalogue, basket and pages for members",
      language: "TypeScript",
      commits: [
        { id: "9f3c2ab", message: "Show delivery date before the basket is paid", author: "Ada Lindqvist", minutesAgo: 4 },
        { id: "41d07e8", message: "Keep the basket when a member signs in", author: "Grace Okafor", minutesAgo: 52 },
        {
          id: "c7715d0",
          message: "Load product pictures in the size that is shown",
          author: "Jonas Feld",
          minutesAgo: 5 * HOUR,
        },
        { id: "02be94f", message: "Tents: filter by weight and season", author: "Ada Lindqvist", minutesAgo: 26 * HOUR },
      ],
      files: [
        {
          path: "README.md",
          content: "# storefront\n\nThe web shop of Contoso Outdoor.\n\n    npm install\n    npm run dev\n",
        },
        {
          path: "src/delivery.ts",
          content:
            "/** The day a parcel arrives: two working days after it leaves, and it leaves by four in the afternoon. */\nexport function deliveryDay(orderedAt: Date): Date {\n  const day = new Date(orderedAt);\n  let left = orderedAt.getHours() < 16 ? 2 : 3;\n  while (left > 0) {\n    day.setDate(day.getDate() + 1);\n    if (day.getDay() % 6 !== 0) left -= 1;\n  }\n  return day;\n}\n",
        },
      ],
    },
    {
      name: "checkout",
      description: "Payment, vouchers and invoices",
      language: "Go",
      commits: [
        { id: "e80a1c4", message: "Round VAT per line, as the tax office does", author: "Priya Raman", minutesAgo: 31 },
        {
          id: "5b92f37",
          message: "Retry a payment once when the bank does not answer",
          author: "Grace Okafor",
          minutesAgo: 7 * HOUR,
        },
        {
          id: "a1140cd",
          message: "Vouchers: refuse a second use of the same code",
          author: "Priya Raman",
          minutesAgo: 2 * DAY,
        },
      ],
      files: [
        { path: "README.md", content: "# checkout\n\nTakes a basket and gives back a paid order, or says why not.\n" },
        {
          path: "vat/line.go",
          content:
            "package vat\n\n// Line is the tax of one line in cents, rounded half up.\nfunc Line(cents int64, permille int64) int64 {\n\treturn (cents*permille + 500) / 1000\n}\n",
        },
      ],
    },
    {
      name: "infrastructure",
      description: "Everything that runs the shop, as code",
      language: "HCL",
      commits: [
        { id: "77ac03e", message: "Second region for the order database", author: "Tomas Varga", minutesAgo: 3 * HOUR },
        { id: "d2e6f19", message: "Alert when the queue is older than a minute", author: "Tomas Varga", minutesAgo: 4 * DAY },
      ],
      files: [{ path: "regions.tf", content: 'variable "regions" {\n  default = ["eu-north", "eu-west"]\n}\n' }],
    },
  ],
  builds: [
    {
      number: 4821,
      pipeline: "Storefront",
      repository: "storefront",
      branch: "main",
      commit: "9f3c2ab",
      reason: "push",
      requestedBy: "Ada Lindqvist",
      minutesAgo: 3,
      durationSeconds: 468,
      outcome: "succeeded",
    },
    {
      number: 4820,
      pipeline: "Checkout",
      repository: "checkout",
      branch: "vat-per-line",
      commit: "e80a1c4",
      reason: "pull request",
      requestedBy: "Priya Raman",
      minutesAgo: 29,
      durationSeconds: 341,
      outcome: "failed",
      failedStep: "Test: invoices with two tax rates",
    },
    {
      number: 4819,
      pipeline: "Storefront",
      repository: "storefront",
      branch: "keep-basket",
      commit: "41d07e8",
      reason: "pull request",
      requestedBy: "Grace Okafor",
      minutesAgo: 50,
      durationSeconds: 455,
      outcome: "succeeded",
    },
    {
      number: 4818,
      pipeline: "Infrastructure",
      repository: "infrastructure",
      branch: "main",
      commit: "77ac03e",
      reason: "push",
      requestedBy: "Tomas Varga",
      minutesAgo: 3 * HOUR - 4,
      durationSeconds: 1284,
      outcome: "succeeded",
    },
    {
      number: 4817,
      pipeline: "Storefront",
      repository: "storefront",
      branch: "main",
      commit: "c7715d0",
      reason: "push",
      requestedBy: "Jonas Feld",
      minutesAgo: 5 * HOUR - 2,
      durationSeconds: 472,
      outcome: "succeeded",
    },
    {
      number: 4816,
      pipeline: "Nightly end to end",
      repository: "storefront",
      branch: "main",
      commit: "02be94f",
      reason: "schedule",
      requestedBy: "Schedule",
      minutesAgo: 8 * HOUR,
      durationSeconds: 2210,
      outcome: "succeeded",
    },
  ],
  workItems: [
    {
      id: 1207,
      type: "bug",
      title: "Invoice is one cent off with two tax rates",
      state: "active",
      assignedTo: "Priya Raman",
      minutesAgo: 34,
    },
    {
      id: 1206,
      type: "feature",
      title: "Show the delivery date before paying",
      state: "active",
      assignedTo: "Ada Lindqvist",
      minutesAgo: 65,
    },
    {
      id: 1203,
      type: "bug",
      title: "Basket is empty after signing in",
      state: "resolved",
      assignedTo: "Grace Okafor",
      minutesAgo: 3 * HOUR,
    },
    {
      id: 1198,
      type: "task",
      title: "Move the order database to a second region",
      state: "active",
      assignedTo: "Tomas Varga",
      minutesAgo: 6 * HOUR,
    },
    { id: 1195, type: "feature", title: "Reviews with pictures", state: "new", assignedTo: null, minutesAgo: 2 * DAY },
  ],
};

const fabrikam: Organization = {
  name: "fabrikam",
  displayName: "Fabrikam Industries",
  repositories: [
    {
      name: "line-controller",
      description: "Keeps the packing line in step",
      language: "Rust",
      commits: [
        { id: "b40d9e2", message: "Stop the belt within 80 ms of a light barrier", author: "Mirela Ionescu", minutesAgo: 18 },
        { id: "6a7f1d5", message: "Log every change of speed", author: "Ada Lindqvist", minutesAgo: 22 * HOUR },
      ],
      files: [
        { path: "README.md", content: "# line-controller\n\nRuns on the controller of each packing line.\n" },
        { path: "src/barrier.rs", content: "pub const STOP_WITHIN_MS: u64 = 80;\n" },
      ],
    },
    {
      name: "sensor-gateway",
      description: "Carries readings from the halls to the cloud",
      language: "C++",
      commits: [
        {
          id: "f15c8a0",
          message: "Hold readings for an hour when the line is down",
          author: "Kofi Mensah",
          minutesAgo: 9 * HOUR,
        },
      ],
      files: [{ path: "README.md", content: "# sensor-gateway\n\nOne per hall.\n" }],
    },
  ],
  builds: [
    {
      number: 962,
      pipeline: "Line controller",
      repository: "line-controller",
      branch: "main",
      commit: "b40d9e2",
      reason: "push",
      requestedBy: "Mirela Ionescu",
      minutesAgo: 16,
      durationSeconds: 622,
      outcome: "succeeded",
    },
    {
      number: 961,
      pipeline: "Hardware in the loop",
      repository: "line-controller",
      branch: "main",
      commit: "6a7f1d5",
      reason: "schedule",
      requestedBy: "Schedule",
      minutesAgo: 10 * HOUR,
      durationSeconds: 5230,
      outcome: "failed",
      failedStep: "Bench 3: emergency stop",
    },
    {
      number: 960,
      pipeline: "Sensor gateway",
      repository: "sensor-gateway",
      branch: "hold-readings",
      commit: "f15c8a0",
      reason: "pull request",
      requestedBy: "Kofi Mensah",
      minutesAgo: 9 * HOUR,
      durationSeconds: 388,
      outcome: "succeeded",
    },
  ],
  workItems: [
    {
      id: 318,
      type: "bug",
      title: "Emergency stop on bench 3 takes 95 ms",
      state: "active",
      assignedTo: "Mirela Ionescu",
      minutesAgo: 40,
    },
    {
      id: 316,
      type: "task",
      title: "Replace the light barriers in hall 2",
      state: "new",
      assignedTo: "Kofi Mensah",
      minutesAgo: 20 * HOUR,
    },
    {
      id: 309,
      type: "feature",
      title: "Show the state of every line on one screen",
      state: "resolved",
      assignedTo: "Ada Lindqvist",
      minutesAgo: 3 * DAY,
    },
  ],
};

const northwind: Organization = {
  name: "northwind",
  displayName: "Northwind Traders",
  repositories: [
    {
      name: "route-planner",
      description: "Plans tomorrow's deliveries tonight",
      language: "Python",
      commits: [
        { id: "3ce81b7", message: "Count ferries as part of the route", author: "Yuki Tanaka", minutesAgo: 74 },
        {
          id: "8d20f6b",
          message: "Drivers rest for 45 minutes after four and a half hours",
          author: "Yuki Tanaka",
          minutesAgo: 2 * DAY,
        },
      ],
      files: [
        { path: "README.md", content: "# route-planner\n\nOne run a night, done before five.\n" },
        { path: "planner/rest.py", content: "REST_MINUTES = 45\nDRIVE_MINUTES = 270\n" },
      ],
    },
    {
      name: "warehouse-api",
      description: "What is where, and how much of it",
      language: "Java",
      commits: [
        {
          id: "aa5d3c1",
          message: "Answer within a second while counting stock",
          author: "Leila Haddad",
          minutesAgo: 13 * HOUR,
        },
      ],
      files: [{ path: "README.md", content: "# warehouse-api\n\nAsk it for a product, and it names the shelf.\n" }],
    },
  ],
  builds: [
    {
      number: 2334,
      pipeline: "Route planner",
      repository: "route-planner",
      branch: "ferries",
      commit: "3ce81b7",
      reason: "pull request",
      requestedBy: "Yuki Tanaka",
      minutesAgo: 71,
      durationSeconds: 263,
      outcome: "succeeded",
    },
    {
      number: 2333,
      pipeline: "Warehouse API",
      repository: "warehouse-api",
      branch: "stock-count",
      commit: "aa5d3c1",
      reason: "manual",
      requestedBy: "Leila Haddad",
      minutesAgo: 12 * HOUR,
      durationSeconds: 97,
      outcome: "canceled",
    },
    {
      number: 2332,
      pipeline: "Warehouse API",
      repository: "warehouse-api",
      branch: "main",
      commit: "aa5d3c1",
      reason: "push",
      requestedBy: "Leila Haddad",
      minutesAgo: 12 * HOUR + 20,
      durationSeconds: 512,
      outcome: "succeeded",
    },
  ],
  workItems: [
    {
      id: 541,
      type: "feature",
      title: "Routes that cross water by ferry",
      state: "active",
      assignedTo: "Yuki Tanaka",
      minutesAgo: 80,
    },
    {
      id: 538,
      type: "bug",
      title: "Stock count blocks the warehouse API",
      state: "resolved",
      assignedTo: "Leila Haddad",
      minutesAgo: 12 * HOUR,
    },
    {
      id: 530,
      type: "task",
      title: "Winter tyres for the northern depots",
      state: "new",
      assignedTo: null,
      minutesAgo: 5 * DAY,
    },
  ],
};

export const sampleOrganizations: readonly Organization[] = [contoso, fabrikam, northwind];
