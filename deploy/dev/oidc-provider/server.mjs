// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2
//
// An OpenID Connect provider for tests, which real people must never meet: any password will do.
// It reads its settings from OIDC_PROVIDER (JSON; internal/testkit/oidc_provider.go writes them),
// listens on the loopback, and answers 200 at /readyz once it is there.
//
// With "strict" it is as severe as ProConnect: a parameter that is not on its list is refused.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const settings = JSON.parse(process.env.OIDC_PROVIDER);
const issuer = `http://${settings.address}`;

function key(kid, alg, type, options) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

const signed = settings.alg || 'RS256';
const client = {
  client_id: settings.clientID,
  client_secret: settings.clientSecret,
  redirect_uris: [settings.redirectURL],
  post_logout_redirect_uris: settings.postLogoutURL ? [settings.postLogoutURL] : [],
  token_endpoint_auth_method: settings.post ? 'client_secret_post' : 'client_secret_basic',
  id_token_signed_response_alg: signed,
};
if (settings.signedUserinfo) client.userinfo_signed_response_alg = signed;

const scopes = {
  profile: ['given_name', 'family_name'],
  email: ['email', 'email_verified'],
};
for (const name of ['given_name', 'usual_name', 'uid', 'siret', 'idp_id', 'roles']) scopes[name] = [name];

const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys: [key('rsa', 'RS256', 'rsa', { modulusLength: 2048 }), key('ec', 'ES256', 'ec', { namedCurve: 'P-256' })] },
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256', 'ES256', 'HS256'],
    userinfoSigningAlgValues: ['RS256', 'ES256', 'HS256'],
  },
  claims: { openid: ['sub'], acr: null, amr: null, ...scopes },
  cookies: { keys: ['a test has no secret'] },
  features: {
    devInteractions: { enabled: true },
    jwtUserinfo: { enabled: true },
    claimsParameter: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  pkce: { required: () => !settings.strict },
  async findAccount(_, login) {
    const claims = settings.people[login];
    return claims && { accountId: login, claims: async () => ({ sub: login, ...claims }) };
  },
});

const known = ['response_type', 'client_id', 'redirect_uri', 'scope', 'claims', 'state', 'nonce', 'prompt',
  'idp_hint', 'login_hint', 'siret_hint'];

function refusal(url) {
  if (!settings.strict || url.pathname !== '/auth') return '';
  const extra = [...url.searchParams.keys()].filter((name) => !known.includes(name));
  if (extra.length > 0) return `Y000400: ${extra}`;
  const short = ['state', 'nonce'].filter((name) => (url.searchParams.get(name) || '').length < 32);
  return short.length > 0 ? `Y000400: ${short} of less than 32 characters` : '';
}

const answer = provider.callback();
createServer((request, response) => {
  const url = new URL(request.url, issuer);
  const why = refusal(url);
  if (url.pathname === '/readyz') response.end('ok');
  else if (why) response.writeHead(400).end(why);
  else answer(request, response);
}).listen(settings.address.split(':')[1], '127.0.0.1');
