import { Suspense } from "react";
import { NotebookRuns } from "./_grid/notebook-runs";

export default async function Page({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <Suspense>
      <NotebookRuns key={id} id={id} />
    </Suspense>
  );
}
