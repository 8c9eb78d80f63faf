import type { ErrorCode, ErrorDetails } from "@countersign/core";
import type { HttpCode } from "../http/problem.ts";
import type { Wire } from "../schemas/wire.ts";

/** `NOT_COUNTERSIGN`: something between here and the server answered, such as a proxy. */
export type ApiErrorCode = ErrorCode | HttpCode | "NOT_COUNTERSIGN";

/** What the server refused, and why. Look at `code`, never at the message. */
export class ApiError<C extends ApiErrorCode = ApiErrorCode> extends Error {
  readonly code: C;
  readonly status: number;
  /** Of an error of core, what it carries: ARGS_CHANGED and ALREADY_DECIDED have the request as it is now. */
  readonly details: C extends ErrorCode ? Wire<ErrorDetails[C]> : unknown;
  /** Finds it in the server's log. */
  readonly requestId: string | undefined;
  /** Seconds to wait before it is worth trying again, where the server says so. */
  readonly retryAfter: number | undefined;

  constructor(code: C, message: string, given: Pick<ApiError<C>, "status" | "details" | "requestId" | "retryAfter">) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.status = given.status;
    this.details = given.details;
    this.requestId = given.requestId;
    this.retryAfter = given.retryAfter;
  }
}

/**
 * Is this an error of the API (with that code)?
 * @example if (isApiError(error, "ARGS_CHANGED")) show(error.details.request)
 */
export function isApiError<C extends ApiErrorCode>(error: unknown, code: C): error is ApiError<C>;
export function isApiError(error: unknown): error is ApiError;
export function isApiError(error: unknown, code?: ApiErrorCode): boolean {
  return error instanceof ApiError && (code === undefined || error.code === code);
}

/** What a refusal says. */
export async function apiErrorOf(response: Response): Promise<ApiError> {
  const { status, headers } = response;
  const retry = headers.get("retry-after");
  const retryAfter = retry === null || !/^\d+$/.test(retry) ? undefined : Number(retry);
  const isProblem = headers.get("content-type")?.startsWith("application/problem+json") ?? false;
  const problem: unknown = isProblem ? await response.json().catch(() => ({})) : {};
  const { code, detail, details, requestId } = problem as { code?: ApiErrorCode; detail?: string; details?: never; requestId?: string };
  if (code === undefined) {
    const message = `The answer was ${status}, and not from a Countersign server. Check the address, and what stands before it.`;
    return new ApiError<ApiErrorCode>("NOT_COUNTERSIGN", message, { status, details: undefined, requestId: undefined, retryAfter });
  }
  return new ApiError<ApiErrorCode>(code, detail ?? code, { status, details, requestId, retryAfter });
}
