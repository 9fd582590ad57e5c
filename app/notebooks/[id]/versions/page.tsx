import type { Metadata } from "next";
import { Suspense } from "react";
import { NotebookVersions } from "./_versions/notebook-versions";

export const metadata: Metadata = { title: "Versions" };

export default async function Page({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <Suspense>
      <NotebookVersions key={id} id={id} />
    </Suspense>
  );
}
