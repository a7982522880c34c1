export class Client {}
throw new Error('broken at load');
