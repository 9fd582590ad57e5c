import type { Metadata } from "next";
import { SignInForm } from "./_form/sign-in-form";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: { readonly searchParams: Promise<{ next?: string }> }) {
  const { next } = await searchParams;
  // Only a path of our own: never an address somewhere else.
  return <SignInForm next={next !== undefined && /^\/(?![/\\])/.test(next) ? next : "/notebooks"} />;
}
