// A ministry's login for the tests: oidc-provider (panva, OpenID certified) with the accounts of the first argument.
// Prints one line of JSON, {"issuer": ...}, once it listens, and ends when its standard input closes.
import { createServer } from 'node:http'
import { randomUUID } from 'node:crypto'
import Provider from 'oidc-provider'
import { exportJWK, generateKeyPair } from 'jose'

const { accounts, client, port = 0 } = JSON.parse(process.argv[2])
const { privateKey } = await generateKeyPair('RS256', { extractable: true })
const key = { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: 'RS256', use: 'sig' }

const server = createServer()
await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${server.address().port}`

const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys: [key] },
  cookies: { keys: [randomUUID()] },
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username', 'groups', 'realm_access'],
    email: ['email', 'email_verified'],
  },
  findAccount: (_, sub) => (accounts[sub] ? { accountId: sub, claims: () => ({ sub, ...accounts[sub] }) } : undefined),
  // Everybody in the house agrees to it: no page of consent.
  async loadExistingGrant(ctx) {
    const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
    grant.addOIDCScope('openid profile email')
    await grant.save()
    return grant
  },
})
server.on('request', provider.callback())
console.log(JSON.stringify({ issuer }))
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
