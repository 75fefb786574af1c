import {
  Sidebar,
  SidebarDivider,
  SidebarGroup,
  SidebarItem,
  SidebarSpace,
} from '@backstage/core-components';
import {
  NavContentComponentProps,
  NavContentNavItem,
} from '@backstage/plugin-app-react';
import MenuIcon from '@material-ui/icons/Menu';
import PersonIcon from '@material-ui/icons/Person';
import { SidebarTitle } from './SidebarTitle';
import { useSignedInName } from './useSignedInName';

const PageItem = ({ href, title, icon }: NavContentNavItem) => (
  <SidebarItem to={href} text={title} icon={() => icon} />
);

/** Pages first, and below them who is signed in, which leads to sign-out. */
export const DemoSidebar = ({ navItems }: NavContentComponentProps) => {
  const name = useSignedInName();
  const settings = navItems.take('page:user-settings');
  const pages = navItems.withComponent(PageItem);
  return (
    <Sidebar>
      <SidebarTitle />
      <SidebarDivider />
      <SidebarGroup label="Menu" icon={<MenuIcon />}>
        {pages.take('page:catalog')}
        {pages.take('page:scaffolder')}
        {pages.rest({ sortBy: 'title' })}
      </SidebarGroup>
      <SidebarSpace />
      <SidebarDivider />
      {settings && (
        <SidebarGroup label="Settings" icon={<PersonIcon />} to={settings.href}>
          <SidebarItem
            to={settings.href}
            text={name ?? settings.title}
            icon={PersonIcon}
          />
        </SidebarGroup>
      )}
    </Sidebar>
  );
};
