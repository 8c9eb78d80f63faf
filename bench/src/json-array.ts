/** A JSON array, one element a line, in pieces as its elements come: a long run that is stopped has left what it measured. */
export async function* jsonArray(elements: AsyncIterable<unknown>): AsyncGenerator<string> {
  let separator = "";
  yield "[\n";
  for await (const element of elements) {
    yield separator + JSON.stringify(element);
    separator = ",\n";
  }
  yield "\n]\n";
}
