/**
 * What a message is. A text may hold placeholders, `{service}`; one that depends on a number has a form for each plural category of its
 * language (CLDR), and the placeholder `{count}` for the number itself. English says which keys and which placeholders there are.
 */
export type Plural = { readonly other: string } & {
  readonly [category in "zero" | "one" | "two" | "few" | "many"]?: string;
};
export type Message = string | Plural;
export type Area = Readonly<Record<string, Message>>;

/** What another language has to hold of an area. */
export type Translation<A extends Area> = { readonly [K in keyof A]: A[K] extends string ? string : Plural };

type Placeholders<T> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholders<Rest> : never;

/** The placeholders of a message. */
export type PlaceholdersOf<M> = M extends string
  ? Placeholders<M>
  : M extends object
    ? Placeholders<M[keyof M]> | "count"
    : never;
