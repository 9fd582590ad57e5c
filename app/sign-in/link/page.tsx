import type { Metadata } from "next";
import { LinkForm } from "./_form/link-form";

export const metadata: Metadata = { title: "Welcome" };

/** Where the one-time link of the terminal leads. Its token stands behind #, so only the page itself sees it. */
export default function LinkPage() {
  return <LinkForm />;
}
