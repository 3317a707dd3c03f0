"""An asyncio TCP server that sends back what it gets, line by line.  Prints its port."""
import asyncio
import resource


async def serve(reader, writer):
    try:
        while line := await reader.readline():
            writer.write(line)
            await writer.drain()
    finally:
        writer.close()


async def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
