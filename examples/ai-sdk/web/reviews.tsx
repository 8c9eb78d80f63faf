// The second person's page: what waits for a signature, whichever chat it comes from.
import { useEffect, useState, type ReactNode } from "react";
import { fetchJson } from "./fetch-json.ts";
import { lookEvery } from "./look-every.ts";

interface Review {
  readonly id: string;
  readonly tool: string;
  readonly args: { readonly amount: number };
  readonly reason: string;
  readonly digest: string;
}

export function Reviews(): ReactNode {
  const [reviews, setReviews] = useState<readonly Review[]>([]);
  useEffect(() => lookEvery(500, () => fetchJson<Review[]>("/api/reviews"), setReviews), []);
  const decide = (review: Review, decision: object): void => {
    void fetchJson(`/api/reviews/${review.id}`, { digest: review.digest, decision });
  };
  if (reviews.length === 0) return <p>Nothing waits for you.</p>;
  return reviews.map((review) => (
    <div key={review.id} className="review">
      <p>
        {review.tool}, {review.reason}: <code>{JSON.stringify(review.args)}</code>
      </p>
      <button onClick={() => decide(review, { type: "approve" })}>Approve</button>
      <button onClick={() => decide(review, { type: "edit", args: { ...review.args, amount: review.args.amount - 200 } })}>
        $200 less
      </button>
      <button onClick={() => decide(review, { type: "reject", message: "not this month" })}>Reject</button>
    </div>
  ));
}
