import { Suspense } from "react";
import { preloadQuery } from "../../_trpc/preload-query";
import { RunPage } from "./_run/run-page";

export default async function Page({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id } = await params;
  preloadQuery("run.get", { id });
  return (
    <Suspense>
      <RunPage id={id} />
    </Suspense>
  );
}
