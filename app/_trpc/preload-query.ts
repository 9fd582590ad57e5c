/** Lets the browser fetch what a page is about while it still loads the page's scripts. The same address as client.tsx asks. */
import { preload } from "react-dom";

export function preloadQuery(path: "notebook.get" | "run.get", input: { readonly id: string }): void {
  preload(`/api/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`, { as: "fetch", crossOrigin: "anonymous" });
}
