/** The runs to compare: `?runs=a,b,c`, each once, at most twenty. */
export const mostRuns = 20;

export function parseRuns(text: string | undefined): { readonly ids: readonly string[]; readonly leftOut: number } {
  const ids = [
    ...new Set(
      (text ?? "")
        .split(",")
        .map((id) => id.trim())
        .filter(Boolean),
    ),
  ];
  return { ids: ids.slice(0, mostRuns), leftOut: Math.max(0, ids.length - mostRuns) };
}
