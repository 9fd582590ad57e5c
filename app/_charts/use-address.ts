"use client";
/** Choices that live in the address: a link shows what its sender saw. `push` for what Back should take back. */
import { useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";

export type AddressChange = Readonly<Record<string, string | undefined>>;

export interface Address {
  readonly get: (name: string) => string | undefined;
  readonly set: (change: AddressChange, how?: "replace" | "push") => void;
  /** The address with these changes, for links. */
  readonly href: (change: AddressChange) => string;
}

export function useAddress(): Address {
  const params = useSearchParams();
  const get = useCallback((name: string) => params.get(name) ?? undefined, [params]);
  const href = useCallback((change: AddressChange) => changed(params, change), [params]);
  const set = useCallback((change: AddressChange, how: "replace" | "push" = "replace") => {
    // The bar's own text, not the rendered one: two changes in one tick must both arrive.
    const next = location.pathname + changed(new URLSearchParams(location.search), change) + location.hash;
    if (how === "push") window.history.pushState(null, "", next);
    else window.history.replaceState(null, "", next);
  }, []);
  return useMemo(() => ({ get, set, href }), [get, set, href]);
}

export function changed(params: { toString(): string }, change: AddressChange): string {
  const next = new URLSearchParams(params.toString());
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text === "" ? "?" : `?${text}`;
}
