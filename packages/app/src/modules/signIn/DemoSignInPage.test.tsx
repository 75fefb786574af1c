import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { IdentityApi } from '@backstage/core-plugin-api';
import {
  mockApis,
  registerMswTestHooks,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/test-utils';
import { configApiRef, discoveryApiRef } from '@backstage/core-plugin-api';
import { DemoSignInPage } from './DemoSignInPage';

const config = {
  demo: {
    people: [
      {
        entityRef: 'user:default/paula',
        title: 'Paula',
        description: 'Platform engineer',
      },
      {
        entityRef: 'user:default/dana',
        title: 'Dana',
        description: 'Developer of team A',
      },
    ],
  },
};

const session = (userEntityRef: string, displayName: string) => ({
  profile: { displayName },
  backstageIdentity: {
    token: 'header.e30.signature',
    identity: { type: 'user', userEntityRef, ownershipEntityRefs: [] },
  },
});

describe('DemoSignInPage', () => {
  const server = setupServer();
  registerMswTestHooks(server);
  const asked = jest.fn();

  beforeEach(() => {
    asked.mockReset();
    window.sessionStorage.clear();
    server.use(
      http.get('http://backend/api/auth/demo/refresh', ({ request }) => {
        const entityRef = request.headers.get('x-demo-user');
        asked(entityRef);
        return entityRef === 'user:default/dana'
          ? HttpResponse.json(session(entityRef, 'Dana'))
          : HttpResponse.json(
              { error: { name: 'AuthenticationError', message: 'No Paula' } },
              { status: 401 },
            );
      }),
    );
  });

  async function renderPage(people: object = config) {
    const onSignInSuccess = jest.fn<void, [IdentityApi]>();
    const rendered = await renderInTestApp(
      <TestApiProvider
        apis={[
          [configApiRef, mockApis.config({ data: people })],
          [discoveryApiRef, mockApis.discovery({ baseUrl: 'http://backend' })],
        ]}
      >
        <DemoSignInPage onSignInSuccess={onSignInSuccess} />
      </TestApiProvider>,
    );
    return { ...rendered, onSignInSuccess };
  }

  it('signs in as the person who was chosen, by keyboard', async () => {
    const { onSignInSuccess } = await renderPage();
    expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent(
      'Golden Images demo',
    );

    await userEvent.tab();
    await userEvent.tab();
    expect(
      screen.getByRole('button', {
        name: 'Sign in as Dana: Developer of team A',
      }),
    ).toHaveFocus();
    await userEvent.keyboard('{Enter}');

    await waitFor(() => expect(onSignInSuccess).toHaveBeenCalledTimes(1));
    const [identity] = onSignInSuccess.mock.calls[0];
    await expect(identity.getBackstageIdentity()).resolves.toMatchObject({
      userEntityRef: 'user:default/dana',
    });
    await expect(identity.getCredentials()).resolves.toEqual({
      token: 'header.e30.signature',
    });
  });

  it('signs in again after a reload, until somebody signs out', async () => {
    const first = await renderPage();
    await userEvent.click(screen.getByRole('button', { name: /Dana/ }));
    await waitFor(() => expect(first.onSignInSuccess).toHaveBeenCalled());
    first.unmount();

    const second = await renderPage();
    await waitFor(() => expect(second.onSignInSuccess).toHaveBeenCalled());
    expect(asked.mock.calls).toEqual([
      ['user:default/dana'],
      ['user:default/dana'],
    ]);
    await second.onSignInSuccess.mock.calls[0][0].signOut();
    second.unmount();

    await renderPage();
    expect(screen.getByRole('button', { name: /Dana/ })).toBeInTheDocument();
  });

  it('says why it did not work, and leads back', async () => {
    const { onSignInSuccess } = await renderPage();
    await userEvent.click(screen.getByRole('button', { name: /Paula/ }));

    expect(
      await screen.findByText(/Signing in as Paula did not work/),
    ).toBeInTheDocument();
    expect(screen.getByText(/No Paula/)).toBeInTheDocument();
    await userEvent.click(
      screen.getByRole('button', { name: 'Choose somebody else' }),
    );
    expect(screen.getByRole('button', { name: /Dana/ })).toBeInTheDocument();
    expect(onSignInSuccess).not.toHaveBeenCalled();
  });

  it('does not take a remembered person who is not offered', async () => {
    window.sessionStorage.setItem(
      'golden-images-demo.signed-in-as',
      'user:default/mallory',
    );
    await renderPage();
    expect(screen.getByRole('button', { name: /Dana/ })).toBeInTheDocument();
    expect(asked).not.toHaveBeenCalled();
  });

  it('says how to start when nobody is configured', async () => {
    await renderPage({});
    expect(screen.getByRole('alert')).toHaveTextContent('npm run demo');
  });
});
