import type { Metadata } from "next";
import { preloadQuery } from "../../_trpc/preload-query";
import { NotebookPage } from "./notebook-page";

export const metadata: Metadata = { title: "Notebook" };

export default async function Page({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id } = await params;
  preloadQuery("notebook.get", { id });
  return <NotebookPage key={id} id={id} />;
}
