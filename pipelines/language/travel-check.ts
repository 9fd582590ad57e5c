/**
 * What types say of values before anything runs: two lines of TypeScript for each value, answered by the type checker as
 * the types of variables. One is the type its readers see, the other names what in it cannot be stored. Says only what is
 * certain: of a union every member, of an object only what is not optional, of classes what no codec and no notebook knows.
 */
import { hiddenPrefix, type NotebookDocuments, type Port } from "./notebook-documents";

export const preludeText = `
/** An element of what each= goes over. */
export declare function element<T>(source: Iterable<T>): T;

type Plain = string | number | boolean | bigint | null | undefined | void;
type Stored = Date | RegExp | ArrayBuffer | ArrayBufferView | Error | Number | String | Boolean;
type Fn = Function | ((...args: never) => unknown) | (abstract new (...args: never) => unknown);
type IsAny<T> = 0 extends 1 & T ? true : false;
type Required<T> = { [K in keyof T & (string | number)]: {} extends Pick<T, K> ? never : K }[keyof T & (string | number)];

type Verdict<T, Known, Path extends string, Depth extends readonly 0[]> =
  IsAny<T> extends true ? "" :
  T extends Plain ? "" :
  T extends symbol ? \`\${Path}|a symbol\` :
  [Known] extends [never] ? Inner<T, Known, Path, Depth> :
  T extends Known ? "" : Inner<T, Known, Path, Depth>;

type Inner<T, Known, Path extends string, Depth extends readonly 0[]> =
  T extends Fn ? \`\${Path}|a function\` :
  T extends PromiseLike<unknown> ? \`\${Path}|a promise\` :
  T extends ReadonlyMap<infer K, infer V> ? Or<Certain<K, Known, \`\${Path}.keys()\`, Depth>, Certain<V, Known, \`\${Path}.values()\`, Depth>> :
  T extends ReadonlySet<infer E> ? Text<Certain<E, Known, \`\${Path}.values()\`, Depth>> :
  T extends WeakMap<WeakKey, unknown> ? \`\${Path}|a WeakMap\` :
  T extends WeakSet<WeakKey> ? \`\${Path}|a WeakSet\` :
  T extends WeakRef<WeakKey> ? \`\${Path}|a WeakRef\` :
  T extends readonly (infer E)[] ? Text<Certain<E, Known, \`\${Path}[0]\`, Depth>> :
  T extends Stored ? "" :
  T extends { next(...args: never): unknown; [Symbol.iterator](): unknown } ? \`\${Path}|an iterator\` :
  T extends { next(...args: never): unknown; [Symbol.asyncIterator](): unknown } ? \`\${Path}|an iterator\` :
  T extends object ? Text<{ [K in Required<T>]: Certain<T[K], Known, \`\${Path}.\${K}\`, Depth> }[Required<T>]> :
  "";

type Text<T> = [T] extends [never] ? "" : T;
type Or<A, B> = [A] extends [never] ? Text<B> : A;

/** never: it can travel, or nobody knows. */
type Certain<T, Known, Path extends string, Depth extends readonly 0[]> =
  Depth["length"] extends 4 ? never :
  unknown extends T ? never :
  [NonNullable<T>] extends [never] ? never :
  "" extends Each<NonNullable<T>, Known, Path, [...Depth, 0]> ? never : Each<NonNullable<T>, Known, Path, [...Depth, 0]>;

type Each<T, Known, Path extends string, Depth extends readonly 0[]> = T extends unknown ? Verdict<T, Known, Path, Depth> : never;

export declare function fault<T, Known, Name extends string>(): Certain<T, Known, Name, []>;
`;

/** Classes of packages whose values are stored as themselves (runner/values/extensions.ts). */
const codecs = [
  { module: "apache-arrow", type: "Table<any>" },
  { module: "@jax-js/jax", type: "Array" },
] as const;

/** Lines of the document that `readPorts` finds the answers in. */
export function writePorts(documents: NotebookDocuments, ports: readonly Port[]): string {
  const classes = documents.classes();
  const lines = [`import { fault } from "../prelude";`];
  classes.forEach(({ name, file }, index) => lines.push(`import{${name} as ${hiddenPrefix}_class${index}}from"./${file}";`));
  ports.forEach(({ name, file }, index) => lines.push(`import{${name} as ${hiddenPrefix}_port${index}}from"./${file}";`));
  const known = [
    ...classes.map((_, index) => `(typeof ${hiddenPrefix}_class${index})["prototype"]`),
    ...codecs.filter(({ module }) => documents.imports(module)).map(({ module, type }) => `import("${module}").${type}`),
  ];
  lines.push(`type Known = ${known.join(" | ") || "never"};`);
  ports.forEach(({ name }, index) => {
    const own = `${hiddenPrefix}_port${index}`;
    lines.push(`const t${index} = ${own};`, `const f${index} = fault<typeof ${own}, Known, ${JSON.stringify(name)}>();`);
  });
  return `${lines.join("\n")}\nexport {};\n`;
}

export interface PortType {
  readonly name: string;
  /** `Cell.id` of the cell that gives it. */
  readonly cell: string;
  readonly type: string;
  /** What in it cannot be stored, and as which kind of thing. */
  readonly fault?: { readonly path: string; readonly what: string };
}

/** From the types that the checker shows at the variables of `writePorts`: `hints` by name of the variable. */
export function readPorts(ports: readonly Port[], hints: ReadonlyMap<string, string>): readonly PortType[] {
  return ports.map(({ name, cell }, index) => {
    const type = hints.get(`t${index}`) ?? "unknown";
    const verdict = hints.get(`f${index}`);
    const [path, what] = verdict === undefined ? [] : (/^"([^"|]*)\|([^"|]*)"/.exec(verdict)?.slice(1) ?? []);
    return { name, cell, type, ...(path !== undefined && what !== undefined && { fault: { path, what } }) };
  });
}
