import type { AllowedImportSource } from '../config/types';
import { ImportAllowList } from './ImportAllowList';

const DNS: Record<string, string[]> = {
  'images.example': ['93.184.216.34'],
  'both.example': ['93.184.216.34', '10.0.0.7'],
  'inside.example': ['10.1.2.3'],
  'metadata.example': ['169.254.169.254'],
  'mapped.example': ['::ffff:10.1.2.3'],
  'nat64.example': ['64:ff9b::a9fe:a9fe'],
  localhost: ['127.0.0.1', '::1'],
};

const entry = (
  host: string,
  rest: Partial<AllowedImportSource> = {},
): AllowedImportSource => ({ host, allowAddresses: [], ...rest });

const list = new ImportAllowList(
  [
    entry('images.example'),
    entry('port.example', { port: 8443 }),
    entry('paths.example', { paths: ['/images/', '/one.qcow2'] }),
    entry('both.example'),
    entry('inside.example', { allowAddresses: ['10.1.0.0/16'] }),
    entry('mapped.example', { allowAddresses: ['10.1.0.0/16'] }),
    entry('metadata.example', { allowAddresses: ['0.0.0.0/0', '::/0'] }),
    entry('nat64.example', { allowAddresses: ['0.0.0.0/0', '::/0'] }),
    entry('localhost', {
      port: 7007,
      allowAddresses: ['127.0.0.0/8', '::1/128'],
    }),
    entry('127.0.0.1'),
    entry('169.254.169.254', { allowAddresses: ['169.254.0.0/16'] }),
    entry('[::1]', { allowAddresses: ['::1/128'] }),
    entry('[::ffff:7f00:1]'),
    entry('100.64.0.1'),
    entry('0.0.0.0'),
    entry('[fd00::1]'),
    entry('unknown.example'),
  ],
  { resolve: async host => DNS[host] ?? [] },
);

describe('ImportAllowList', () => {
  it.each([
    'https://images.example/a.qcow2',
    'https://images.example',
    'https://images.example:443/a',
    'http://images.example/a?token=x',
    'https://IMAGES.example/a',
    'HTTPS://images.example/a',
    'https://port.example:8443/a',
    'https://paths.example/images/a.qcow2',
    'https://paths.example/one.qcow2',
    'https://inside.example/a',
    'https://mapped.example/a',
    'http://localhost:7007/images/a',
    'http://[::1]/a',
    // may resolve in the cluster
    'https://unknown.example/a',
    // without `paths` an encoded slash is the server's business
    'https://images.example/a%2fb',
  ])('allows %s', async url => {
    await expect(list.refusal(url)).resolves.toBeUndefined();
  });

  it.each([
    // not on the list
    [
      'https://other.example/a',
      /not allowed.*host "other.example" and port 443/,
    ],
    ['https://sub.images.example/a', /not allowed/],
    ['https://images.example.evil.example/a', /not allowed/],
    ['https://images.example:8443/a', /not allowed.*port 8443/],
    ['https://port.example/a', /not allowed/],
    ['http://localhost/images/a', /not allowed.*port 80/],
    ['https://paths.example/', /not allowed/],
    ['https://paths.example/imagesque/a', /not allowed/],
    ['https://paths.example/one.qcow2x', /not allowed/],
    // schemes
    ['ftp://images.example/a', /must be a URL that starts with/],
    ['file:///etc/passwd', /must be a URL that starts with/],
    ['s3://images.example/a', /must be a URL that starts with/],
    ['http:/images.example/a', /must be a URL that starts with/],
    ['http:///images.example/a', /must name a host/],
    ['https://images.example:99999/a', /valid host and port/],
    ['', /must not be empty/],
    ['images.example/a', /must be a URL that starts with/],
    // credentials
    [
      'https://user:pw@images.example/a',
      /must not hold user or password.*secretRef/,
    ],
    ['https://images.example@evil.example/a', /must not hold user/],
    ['https://evil.example@images.example/a', /must not hold user/],
    ['https://@images.example/a', /must not hold user/],
    // tricks with the path
    ['https://paths.example/images/../secret', /without "\." and "\.\."/],
    ['https://paths.example/images/%2e%2e/secret', /without "\." and "\.\."/],
    ['https://paths.example/images/.%2E/secret', /without "\." and "\.\."/],
    ['https://paths.example/images/..%2fsecret', /not allowed/],
    ['https://paths.example/images/%252e%252e/secret', /not allowed/],
    ['https://paths.example/images//../secret', /without "\."/],
    ['https://paths.example//images/a', /not allowed/],
    ['https://paths.example/images/..\\secret', /backslashes/],
    ['https://images.example\\@evil.example/', /must not hold/],
    ['https://images.example/a\tb', /white space/],
    ['https://images.example/a\nb', /white space/],
    ['https://images.example/a b', /white space/],
    // odd forms of hosts and addresses
    ['https://images.example./a', /must not end with a dot/],
    ['http://2130706433/', /usual form, "127.0.0.1"/],
    ['http://0x7f000001/', /usual form, "127.0.0.1"/],
    ['http://0x7f.1/', /usual form, "127.0.0.1"/],
    ['http://0177.0.0.1/', /usual form, "127.0.0.1"/],
    ['http://127.1/', /usual form, "127.0.0.1"/],
    ['http://[::ffff:127.0.0.1]/', /usual form/],
    ['http://[0:0:0:0:0:0:0:1]/', /usual form, "\[::1\]"/],
    ['http://１２７.0.0.1/', /usual form, "127.0.0.1"/],
    ['https://ımages.example/', /usual form/],
    ['http://127%2e0.0.1/', /usual form/],
    // addresses
    ['http://127.0.0.1/', /127.0.0.1 is not a public address \(loopback\)/],
    ['http://[::ffff:7f00:1]/', /not a public address \(loopback\)/],
    ['http://100.64.0.1/', /not a public address/],
    ['http://0.0.0.0/', /not a public address/],
    ['http://[fd00::1]/', /not a public address \(private\)/],
    ['http://169.254.169.254/latest/meta-data', /link-local.*never/],
    ['https://metadata.example/', /link-local.*never/],
    ['https://nat64.example/', /link-local.*never/],
    ['https://both.example/a', /10.0.0.7 is not a public address \(private\)/],
  ])('refuses %j', async (url, reason) => {
    await expect(list.refusal(url)).resolves.toMatch(reason);
  });

  it('refuses everything when nothing is allowed', async () => {
    const empty = new ImportAllowList([], { resolve: async () => [] });
    await expect(empty.refusal('https://images.example/a')).resolves.toMatch(
      /administrator can add/,
    );
  });

  it('does not repeat credentials of the query', async () => {
    const refusal = await list.refusal('https://other.example/a?token=SECRET');
    expect(refusal).toMatch('https://other.example/a');
    expect(refusal).not.toMatch('SECRET');
  });

  it('resolves names by the resolver of the machine', async () => {
    const real = new ImportAllowList([entry('localhost')]);
    await expect(real.refusal('http://localhost/a')).resolves.toMatch(
      /loopback/,
    );
  });
});
