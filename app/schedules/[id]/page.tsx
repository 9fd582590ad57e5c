import { Suspense } from "react";
import { SchedulePage } from "./_schedule/schedule-page";

export default async function Page({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <Suspense>
      <SchedulePage id={id} />
    </Suspense>
  );
}
