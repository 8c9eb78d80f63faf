import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";

/** A real OpenID Connect provider, with pages where people sign in: whoever types a name is that subject. */
export interface RealProvider {
  readonly issuer: string;
  stop(): Promise<void>;
}

export async function startRealProvider(redirectUri: string, secret: string): Promise<RealProvider> {
  const http = createServer();
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  const issuer = `http://localhost:${(http.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "countersign", client_secret: secret, redirect_uris: [redirectUri] }],
    pkce: { required: () => true },
    claims: { openid: ["sub"], profile: ["name"] },
    conformIdTokenClaims: false,
    ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: `${id} of the provider` }) }),
  });
  const answer = provider.callback();
  http.on("request", (incoming, outgoing) => void answer(incoming, outgoing));
  return {
    issuer,
    stop: () =>
      new Promise((stopped) => {
        http.close(() => stopped());
        http.closeAllConnections();
      }),
  };
}
