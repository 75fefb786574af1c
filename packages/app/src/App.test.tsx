import { render, screen } from '@testing-library/react';
import { app } from './App';

describe('App', () => {
  it("starts with the demo's sign-in", async () => {
    process.env = {
      ...process.env,
      APP_CONFIG: [
        {
          context: 'test',
          data: {
            app: { title: 'Test', baseUrl: 'http://localhost' },
            backend: { baseUrl: 'http://localhost' },
            demo: {
              people: [
                {
                  entityRef: 'user:default/dana',
                  title: 'Dana',
                  description: 'Developer',
                },
              ],
            },
          },
        },
      ] as unknown as string,
    };
    render(app.createRoot());

    expect(
      await screen.findByRole('button', { name: 'Sign in as Dana: Developer' }),
    ).toBeInTheDocument();
  });
});
