import { Suspense } from "react";
import { RunPage } from "./_run/run-page";

export default async function Page({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <Suspense>
      <RunPage id={id} />
    </Suspense>
  );
}
