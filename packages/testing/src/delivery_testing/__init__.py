"""Test support shared by the packages: a browser, a stand-in for GitHub, small cloud assemblies, a scheduler."""
