interface Stored {
  readonly hash: string;
  readonly inline?: string | undefined;
}

/** Hashes of the inputs that rest in the store: what is small travels with the request itself. */
export function storedHashes(
  inputs: Readonly<Record<string, Stored | { readonly list: readonly Stored[] } | { readonly absent: true }>>,
): Set<string> {
  const found = new Set<string>();
  for (const input of Object.values(inputs)) {
    if ("absent" in input) continue;
    for (const { hash, inline } of "list" in input ? input.list : [input]) if (inline === undefined) found.add(hash);
  }
  return found;
}
