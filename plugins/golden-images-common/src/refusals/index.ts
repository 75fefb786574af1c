export { checkRequest, type CheckedRequest } from './checkRequest';
