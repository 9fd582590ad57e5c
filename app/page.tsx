import { redirect } from "next/navigation";

/** Until there is a home page, the notebooks are home. */
export default function Home() {
  redirect("/notebooks");
}
