import type { Metadata } from "next";
import { PoolsPage } from "./_pools/pools-page";

export const metadata: Metadata = { title: "Pools" };

export default function Page() {
  return <PoolsPage />;
}
