/** Finds words in a value: in keys and in leaves, with the path that one would write. Pure. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Leaf = null | boolean | number | string;

export const mostFound = 200;

export interface Found {
  readonly path: string;
  readonly value: Leaf;
}

export function searchTree(value: Json, wanted: string): readonly Found[] {
  const found: Found[] = [];
  const words = wanted.toLowerCase();
  const visit = (one: Json, path: string, inside: boolean): void => {
    if (found.length >= mostFound) return;
    if (one === null || typeof one !== "object") {
      if (inside || String(one).toLowerCase().includes(words)) found.push({ path: path === "" ? "value" : path, value: one });
      return;
    }
    const entries = Array.isArray(one)
      ? one.map((each: Json, index) => [`[${index}]`, each, false] as const)
      : Object.entries(one).map(([key, each]) => [step(path, key), each as Json, key.toLowerCase().includes(words)] as const);
    for (const [part, each, isHit] of entries) visit(each, `${path}${part}`, inside || isHit);
  };
  visit(value, "", false);
  return found;
}

function step(path: string, key: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key) ? (path === "" ? key : `.${key}`) : `[${JSON.stringify(key)}]`;
}

/** Counts no further than anybody needs to know. */
export function countNodes(value: Json, most = 1000): number {
  if (value === null || typeof value !== "object") return 1;
  let count = 1;
  for (const each of Array.isArray(value) ? (value as readonly Json[]) : Object.values(value)) {
    count += countNodes(each as Json, most - count);
    if (count >= most) break;
  }
  return count;
}
