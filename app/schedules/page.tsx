import type { Metadata } from "next";
import { Suspense } from "react";
import { SchedulesPage } from "./_list/schedules-page";

export const metadata: Metadata = { title: "Schedules" };

export default function Page() {
  return (
    <Suspense>
      <SchedulesPage />
    </Suspense>
  );
}
