import type { Page } from "@playwright/test";

/** What a program does with the API, from a page that is signed in. A refusal is thrown with its message. */
export async function callApi<T>(page: Page, procedure: string, input: unknown): Promise<T> {
  return page.evaluate(
    async ([procedure, input]) => {
      const response = await fetch(`/api/trpc/${procedure as string}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(input),
      });
      const body = (await response.json()) as { result?: { data: unknown }; error?: { message: string } };
      if (!body.result) throw new Error(body.error?.message);
      return body.result.data as never;
    },
    [procedure, input] as const,
  );
}
