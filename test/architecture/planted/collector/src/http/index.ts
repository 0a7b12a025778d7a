/** Right: http may import express. */
import express from 'express';

/** An application. */
export const createApp = (): object => express();
