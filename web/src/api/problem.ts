// What the API answers when it refuses (docs/api.md, *Errors*).

export interface Problem {
  title?: string;
  status: number;
  detail?: string;
  reason?: string;
  errors?: { field: string; description: string }[];
  trace_id?: string;
}

export class ApiError extends Error {
  // Stable, for programs: `NOT_SIGNED_IN`, `INVALID_FIELDS`; `OFFLINE` when no answer came at all.
  readonly reason: string;
  readonly status: number;
  // What is wrong with each field, by its path.
  readonly fields: ReadonlyMap<string, string>;
  // Seconds to wait before trying again.
  readonly retryAfter: number;
  readonly traceId: string;

  constructor(problem: Problem, retryAfter = 0) {
    super(problem.detail || problem.title || `status ${problem.status}`);
    this.name = 'ApiError';
    this.status = problem.status;
    this.reason = problem.reason ?? '';
    this.fields = new Map((problem.errors ?? []).map(({ field, description }) => [field, description]));
    this.retryAfter = retryAfter;
    this.traceId = problem.trace_id ?? '';
  }

  // What is wrong with a field, named as the request's body names it; `prefix` is what the form's fields lie in.
  field(name: string, prefix = ''): string | undefined {
    return this.fields.get(prefix ? `${prefix}.${name}` : name);
  }
  // Somebody else was faster.
  get changedMeanwhile(): boolean { return this.status === 409 && this.reason !== 'REQUEST_ID_REUSED'; }
  get notFound(): boolean { return this.status === 404; }
  get offline(): boolean { return this.reason === 'OFFLINE'; }
  // Trying the same again may help.
  get passing(): boolean { return this.offline || [429, 503, 504].includes(this.status); }
}

export async function problemOf(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get('Retry-After') ?? 0) || 0;
  try {
    return new ApiError({ ...(await response.clone().json() as Problem), status: response.status }, retryAfter);
  } catch {
    return new ApiError({ status: response.status, title: response.statusText }, retryAfter);
  }
}

// What went wrong, as an ApiError.
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TypeError) return new ApiError({ status: 0, reason: 'OFFLINE', detail: error.message });
  throw error;
}
