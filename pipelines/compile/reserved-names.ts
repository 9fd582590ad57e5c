const reserved = new Set(
  (
    "await break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if implements import in instanceof interface let new null package private protected public return static " +
    "super switch this throw true try typeof var void while with yield arguments eval undefined " +
    // What runs a cell is called so.
    "__heddle"
  ).split(" "),
);

export function hasReservedName(name: string): boolean {
  return reserved.has(name);
}

/** Whether a variable could be called so. */
export function isName(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text) && !hasReservedName(text);
}
