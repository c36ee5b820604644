"""`python -m deploy.sandbox`: serves until stopped."""

import uvicorn

from deploy.sandbox.app import create_app
from deploy.sandbox.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, access_log=False)
